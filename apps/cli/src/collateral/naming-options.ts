import { AssayError } from '@assay/verify';

/** Options of a command by what the same thing is called where services need it, which have no such option. */
const OPTIONS: Readonly<Record<string, string>> = {
  evidence: 'FILE',
  product: '--product',
  vlek: '--vlek',
  rootCrl: '--root-crl',
};

/** Does work for a command: an error that begins with the name of something begins with its option instead. */
export async function namingOptions<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const { field = '' } = error.details;
    const option = Object.hasOwn(OPTIONS, field) ? OPTIONS[field] : undefined;
    if (option === undefined || !error.message.startsWith(`${field}:`)) throw error;
    const message = `${option}${error.message.slice(field.length)}`;
    throw new AssayError(error.code, message, { ...error.details, field: option }, { cause: error });
  }
}
