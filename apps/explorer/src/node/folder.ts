import { CSP_META } from './policy.ts';

/** The folder of the built page: `index.html` and `assets/`, to be served under any path. It exists after the build. */
export const PAGE_FOLDER: URL = new URL('../../dist/page/', import.meta.url);

/** Content-Security-Policy for whoever serves the page: that of its own meta element, and what only a header can say. */
export const CONTENT_SECURITY_POLICY = `${CSP_META}; frame-ancestors 'none'`;
