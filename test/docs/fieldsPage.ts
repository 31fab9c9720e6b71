/* eslint-disable */
import { parameterTable } from './parameterTable';

/** The content of docs/fields.md, from the node's current description. */
export function fieldsPage(): string {
	return `# All fields

Every field and option, in the same order as in the editor. Use the names in expressions and exported workflows. The command \`npm run docs\` creates this page from the node. Back to the [README](../README.md).

${parameterTable()}
`;
}
