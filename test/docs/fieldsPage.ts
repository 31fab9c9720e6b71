/* eslint-disable */
import { parameterTable } from './parameterTable';

/** docs/fields.md, as the node's description has it now. */
export function fieldsPage(): string {
	return `# All fields

Every field and option, in the order of the editor. The names are for expressions and exported workflows. This page is made from the node by \`npm run docs\`. Back to the [README](../README.md).

${parameterTable()}
`;
}
