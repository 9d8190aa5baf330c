export { isRequired } from './required.ts';
export { hasSoftToken, makeSoftToken } from './soft-token.ts';
