import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Session } from '../session.ts';
import { fromList } from './files.ts';

/** Reads a root certificate from a file, which is then offered: the reader has the last word. */
export function RootChooser({ session }: { readonly session: Session }): JSX.Element {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={() => chooser.current?.click()}>
        Add a test vendor’s root
      </button>
      <input
        ref={chooser}
        class="away"
        type="file"
        tabIndex={-1}
        aria-label="Root certificate of a test vendor"
        onChange={({ currentTarget }) => {
          if (currentTarget.files) void session.take(fromList([...currentTarget.files]), performance.now());
          currentTarget.value = '';
        }}
      />
    </>
  );
}
