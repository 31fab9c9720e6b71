const { TestEnvironment } = require('jest-environment-node');

/** Skips the rest of the tests once one has failed: a mutant is as dead as it can be. */
module.exports = class extends TestEnvironment {
	handleTestEvent(event) {
		if (event.name === 'test_fn_failure') this.hasFailed = true;
		if (event.name === 'test_start' && this.hasFailed) event.test.mode = 'skip';
	}
};
