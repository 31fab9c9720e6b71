/* eslint-disable */
import { megabytes } from '../../../nodes/NanoBanana/lib/bytes';

it.each([
	[20_971_520, '20 MB'],
	[21_234_567, '20.3 MB'],
	[1_048_576, '1 MB'],
	[400_000, '0.381 MB'],
	[1_049, '0.001 MB'],
])('writes %i bytes as %s', (bytes, text) => {
	expect(megabytes(bytes)).toBe(text);
});
