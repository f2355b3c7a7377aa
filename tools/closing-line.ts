import type { Reporter, TestModule } from 'vitest/node';

/** Prints the reason of each skipped test and a closing line; a run in which nothing passed fails. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      count.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        count[result.state] += 1;
        if (result.state !== 'skipped') continue;
        const note = result.note === undefined ? '' : ` (${result.note})`;
        process.stdout.write(`skipped: ${module.project.name}: ${test.fullName}${note}\n`);
      }
    }
    if (count.passed === 0) process.exitCode = 1;
    const failed = count.failed + count.pending;
    process.stdout.write(`\n${count.passed} passed, ${failed} failed, ${count.skipped} skipped\n`);
  }
}
