import { installExample } from '../../examples/install.ts'

export default () => installExample()
