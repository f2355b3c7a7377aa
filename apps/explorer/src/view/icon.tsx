import type { JSX } from 'preact';

const PATHS = {
  pass: 'M4.5 10.5l3.5 3.5 7.5-8',
  fail: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  warn: 'M10 4.5v6.5M10 14.6v.4',
  unchecked: 'M7.2 7.6a2.8 2.8 0 1 1 4 2.5c-.8.4-1.2 1-1.2 1.9M10 15v.2',
  waived: 'M5 10h10',
  skip: 'M6.5 10h7',
  file: 'M6 3h5.5L15 6.5V17H6zM11.5 3v3.5H15',
  paste: 'M7 4H5v13h10V4h-2M7.5 3h5v3h-5z',
  server: 'M4 4.5h12v4.5H4zM4 11h12v4.5H4zM7 6.8h.1M7 13.3h.1',
  theme: 'M10 3a7 7 0 1 0 7 7 5.4 5.4 0 0 1-7-7z',
  copy: 'M8 7h8v9H8zM5 12.5H4V4h8v1',
  download: 'M10 3v9M6.5 8.7L10 12.2l3.5-3.5M4 16h12',
} as const;

/** A drawing beside a word, never instead of one: it has no name of its own. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
