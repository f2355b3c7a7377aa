import { inject, test } from 'vitest';

// Stands in for a project whose runtime is not there: one skipped test, whose name is the reason.
test.skip(inject('missing'), () => undefined);
