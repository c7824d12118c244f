// Counts what passed and what failed over all runners.

/** Sums the checks and tests of a whole `npm test`. */
export class Tally {
  passed = 0;
  failed = 0;

  /**
   * Counts a check that is one question, such as the types of one program.
   * @param {boolean} ok
   */
  check(ok) {
    if (ok) this.passed += 1;
    else this.failed += 1;
  }

  /**
   * Counts what a test runner did. A runner that fails without a failed test (a crash, an unhandled error), or that
   * executed nothing, is a failure of its own.
   * @param {{ passed: number, failed: number, code: number }} result
   */
  runner({ passed, failed, code }) {
    this.passed += passed;
    this.failed += failed;
    if (failed === 0 && (code !== 0 || passed === 0)) this.failed += 1;
  }

  /** The closing line. */
  line() {
    return `${this.passed} passed, ${this.failed} failed`;
  }
}
