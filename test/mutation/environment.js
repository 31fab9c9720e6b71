const { TestEnvironment } = require('jest-environment-node');

/** Skips the remaining tests after a failure, because one failed test is enough to detect a mutant. */
module.exports = class extends TestEnvironment {
	handleTestEvent(event) {
		if (event.name === 'test_fn_failure') this.hasFailed = true;
		if (event.name === 'test_start' && this.hasFailed) event.test.mode = 'skip';
	}
};
