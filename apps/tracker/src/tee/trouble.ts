import { AssayError } from '@assay/verify';

/** How the first system of this interface began the error that users look for. */
const NOT_AVAILABLE = 'TEE not available - install dstack_sdk';
const REMEDY =
  'nothing is to be installed: run the tracker inside a TEE, or beside `assay simulate dstack`; `assay doctor` says what is missing';

/** No TEE, though one was asked for. */
export function noTee(looked: readonly string[]): AssayError {
  const found = looked.length === 0 ? 'nowhere' : looked.join('; ');
  return new AssayError('unavailable', `${NOT_AVAILABLE} (looked for one: ${found}); ${REMEDY}`, { field: 'tee_mode' });
}

/** A TEE that makes quotes, and from which no keys can be derived. */
export function noKeys(attester: string): AssayError {
  const message = `${NOT_AVAILABLE} (${attester} makes quotes and derives no keys); run the tracker on dstack or under Gramine, or use /keygen`;
  return new AssayError('unavailable', message, { field: 'tee_mode' });
}

/** The TEE is not to be used. */
export function teeDisabled(): AssayError {
  const message =
    'TEE not available: the mode is disabled; start with --tee-mode enabled, or POST /config {"tee_mode":"enabled"}';
  return new AssayError('unavailable', message, { field: 'tee_mode' });
}
