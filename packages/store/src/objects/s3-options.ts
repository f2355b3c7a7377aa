import { usage } from '../failure.ts';

/** A bucket of an S3 service, addressed by path. */
export interface S3Options {
  /** `https://host` or `http://host`, with a port if need be. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Largest object; 64 MiB unless given. */
  readonly maxBytes?: number;
  /** Longest wait for one answer, in milliseconds; 30,000 unless given. A request is tried four times. */
  readonly timeoutMs?: number;
}

/** The bucket's address, ending in a slash. Throws `usage`, naming the option. */
export function bucketUrl({ endpoint, bucket, accessKeyId, secretAccessKey, region }: S3Options): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const whole =
    url !== undefined && url.pathname === '/' && `${url.search}${url.hash}${url.username}${url.password}` === '';
  if (!whole || !['http:', 'https:'].includes(url.protocol)) {
    throw usage('endpoint is not an http or https URL of a host alone', {
      field: 'endpoint',
      expected: 'https://host',
    });
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw usage('bucket is not 3 to 63 characters of a-z 0-9 . -', { field: 'bucket' });
  }
  if (!/^[a-z0-9-]{1,64}$/.test(region))
    throw usage('region is not 1 to 64 characters of a-z 0-9 -', { field: 'region' });
  for (const [field, value] of Object.entries({ accessKeyId, secretAccessKey })) {
    if (!/^[\x21-\x7e]{1,256}$/.test(value))
      throw usage(`${field} is empty, or has other characters than ASCII's`, { field });
  }
  return new URL(`${bucket}/`, url);
}
