import { AssayError } from '@assay/verify';

const INSTANCE_ID = /^[A-Za-z0-9._:-]{1,128}$/;
const USER_ID = /^[A-Za-z0-9._@-]{1,64}$/;

/** The id of a tracker. Throws `malformed`, naming the field. */
export function checkInstanceId(id: string, field: string): string {
  if (INSTANCE_ID.test(id)) return id;
  throw new AssayError('malformed', `${field}: expected 1 to 128 of A-Z a-z 0-9 . _ : -`, { field });
}

/** Whether text may be a user's id. It has no `|`: what is signed at registration has one reading only. */
export function isUserId(id: string): boolean {
  return USER_ID.test(id);
}
