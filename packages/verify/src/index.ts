export { AssayError, type AssayErrorCode, type AssayErrorDetails } from './errors.ts';
