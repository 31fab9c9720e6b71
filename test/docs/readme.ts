/* eslint-disable */
import { parameterTable } from './parameterTable';

const BEGIN = '<!-- parameters: made by npm run docs -->';
const END = '<!-- /parameters -->';

/** The README with the table as the node's description has it now. */
export function withParameterTable(readme: string): string {
	const [before, rest] = readme.split(BEGIN);
	const [, after] = rest?.split(END) ?? [];
	if (after === undefined) throw new Error(`The README has no place for the table between ${BEGIN} and ${END}`);
	return `${before}${BEGIN}\n${parameterTable()}\n${END}${after}`;
}
