/** The folder of the built page: `index.html` and `assets/`, to be served under any path. It exists after the build. */
export const PAGE_FOLDER: URL = new URL('../../dist/page/', import.meta.url);

/**
 * Content-Security-Policy for whoever serves the page: its own files and its own origin, nothing else. The page says the
 * same itself, but for `frame-ancestors`, which only a header can say.
 */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
  "frame-ancestors 'none'",
].join('; ');
