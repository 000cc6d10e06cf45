import { installExample } from '../../install.ts'

export default () => installExample('crm-service')
