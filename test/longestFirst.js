const Sequencer = require('@jest/test-sequencer').default;

/**
 * Starts the slowest suites first. Without timings of an earlier run, Jest sorts by file size, but the engine's files
 * are tiny.
 */
const LONGEST = [
	'engine/downloads',
	'engine/payment',
	'engine/retries',
	'engine/programs',
	'engine/',
	'formats/fuzz',
	'simulation/',
];

module.exports = class LongestFirst extends Sequencer {
	sort(tests) {
		const rank = ({ path }) =>
			LONGEST.findIndex((part) => path.includes(`/test/${part}`) || path.includes(`unit/${part}`));
		const placeOf = (test) => (rank(test) < 0 ? LONGEST.length : rank(test));
		return [...tests].sort((left, right) => placeOf(left) - placeOf(right));
	}
};
