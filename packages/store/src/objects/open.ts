import { openFolder } from './folder.ts';
import type { Objects } from './objects.ts';
import { openS3 } from './s3.ts';
import type { S3Options } from './s3-options.ts';

/** A folder, or a bucket of an S3 service. */
export type ObjectsOptions =
  | { readonly folder: string; readonly maxBytes?: number; readonly now?: () => Date }
  | { readonly s3: S3Options };

/** Opens a store of objects. Throws `usage` for options that are wrong; S3 is not asked before the first call. */
export async function openObjects(options: ObjectsOptions): Promise<Objects> {
  return 'folder' in options ? openFolder(options) : openS3(options.s3);
}
