/* eslint-disable */
import { choiceFrom, numberFrom, requiredText, wholeNumber } from '../../../nodes/NanoBanana/parameters/validate';
import { toFailure, type Failure } from '../../../nodes/NanoBanana/errors/failure';

function failureOf(check: () => unknown): Failure {
	try {
		check();
	} catch (thrown) {
		return toFailure(thrown);
	}
	throw new Error('Nothing was rejected');
}

it.each([[''], ['  \n'], [undefined], [null]])('reports %j as empty', (value) => {
	expect(failureOf(() => requiredText('Prompt', value, 'Write one.'))).toEqual({
		kind: 'invalid_input',
		message: "'Prompt' is empty",
		nextStep: 'Write one.',
	});
});

it.each([[{}], [[]], [['a']], [true]])('rejects %j, which is not text', (value) => {
	expect(failureOf(() => requiredText('Prompt', value, 'Write one.'))).toEqual({
		kind: 'invalid_input',
		message: "'Prompt' must be text",
		nextStep: 'Write one.',
	});
});

it('accepts numbers as text and keeps the spaces of a prompt', () => {
	expect([requiredText('Prompt', 7, ''), requiredText('Prompt', ' a ', '')]).toEqual(['7', ' a ']);
});

it.each([[1], ['3'], [' 12 '], [9007199254740991]])('accepts %j as a whole number', (value) => {
	expect(wholeNumber('N', value, 1)).toBe(Number(value));
});

it.each([[0], [-1], [11.5], [NaN], [Infinity], ['x'], [''], [null], [true], [[2]], [1e300]])(
	'rejects %j as a whole number of 1 or higher, with field and value',
	(value) => {
		expect(failureOf(() => wholeNumber('Number of Images', value, 1))).toMatchObject({
			kind: 'invalid_input',
			message: expect.stringMatching(/^'Number of Images' must be a whole number, 1 or higher \(got .*\)$/),
		});
	},
);

it('returns the default for an option without a value', () => {
	for (const value of [undefined, null, '', ' \n']) expect(numberFrom('Timeout', value, 600, 0.1)).toBe(600);
});

it.each([[0.05], ['soon'], [NaN], [-3], [{}], [true]])('rejects %j as a number of 0.1 or higher', (value) => {
	expect(failureOf(() => numberFrom('Timeout', value, 600, 0.1)).message).toMatch(
		/^'Timeout' must be a number, 0\.1 or higher \(got .*\)$/,
	);
});

it('shortens a long value', () => {
	expect(failureOf(() => wholeNumber('N', 'x'.repeat(10_000), 1)).message?.length).toBeLessThan(120);
});

it.each([
	[undefined, 'url'],
	[null, 'url'],
	['', 'url'],
	[' \n', 'url'],
	['b64_json', 'b64_json'],
	[' B64_JSON ', 'b64_json'],
])('reads %j as the choice %s', (value, choice) => {
	expect(choiceFrom('Response Format', value, ['url', 'b64_json'], 'url')).toBe(choice);
});

it.each([['base64'], [7], [{}], [true]])('rejects %j as a choice and lists the valid choices', (value) => {
	expect(failureOf(() => choiceFrom('Response Format', value, ['url', 'b64_json'], 'url'))).toEqual({
		kind: 'invalid_input',
		message: `'${String(value).toLowerCase()}' is not a valid value for 'Response Format'`,
		nextStep: 'Select a value from the list. An expression must return one of: url, b64_json.',
	});
});
