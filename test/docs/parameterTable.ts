/* eslint-disable */
import type { IDisplayOptions, INodeProperties, INodePropertyOptions, INodeType } from 'n8n-workflow';

// With the extension, because outside Jest, "NanoBanana.node" resolves to NanoBanana.node.json.
const { NanoBanana } = require('../../nodes/NanoBanana/NanoBanana.node.ts') as { NanoBanana: new () => INodeType };

const { properties } = new NanoBanana().description;
const collection = properties.find(({ type }) => type === 'collection');
const options = (collection?.options ?? []) as INodeProperties[];
const fields = [...properties, ...options].filter(({ type }) => type !== 'notice');

/** Every field and option of the node as a Markdown table, read from the description that n8n reads. */
export function parameterTable(): string {
	const header = ['Label', 'Name', 'Type', 'Default', 'Shown for', 'What it does'];
	const rows = fields.map((field) => [
		labelOf(field),
		`\`${field.name}\``,
		typeOf(field),
		defaultOf(field),
		shownFor(field.displayOptions),
		meaningOf(field),
	]);
	return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
}

function cell(text: string): string {
	return text.replace(/\|/g, '\\|').replace(/\n/g, ' ');
}

function labelOf(field: INodeProperties): string {
	return options.includes(field) ? `${field.displayName} (option)` : `**${field.displayName}**`;
}

const TYPES: Partial<Record<INodeProperties['type'], string>> = {
	collection: 'group',
	json: 'JSON',
	options: 'choice',
	resourceLocator: 'list or ID',
	string: 'text',
};

function typeOf(field: INodeProperties): string {
	return `${TYPES[field.type] ?? field.type}${field.required ? ', required' : ''}`;
}

/** Options whose initial value is not the default: they have no effect until they are added. */
const WITHOUT: Record<string, (value: unknown) => string> = {
	maxImages: (value) => `\`${String(value)}\` when added; else no limit`,
	unitPrice: () => 'none',
};

function defaultOf({ name, default: value }: INodeProperties): string {
	if (name in WITHOUT) return WITHOUT[name](value);
	const shown = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
	return shown === '' || typeof shown === 'object' ? '' : `\`${String(shown)}\``;
}

function meaningOf(field: INodeProperties): string {
	const texts = [field.description, field.hint].filter((text) => text !== undefined).map(sentence);
	return [...texts, choicesOf(field)].filter(Boolean).join(' ');
}

function sentence(text: string): string {
	return text.endsWith('.') ? text : `${text}.`;
}

function choicesOf(field: INodeProperties): string {
	if (field.type !== 'options') return '';
	const entries = (field.options ?? []) as INodePropertyOptions[];
	return `Choices: ${entries.map(({ name, value }) => (name === value ? name : `${name} (\`${String(value)}\`)`)).join(', ')}.`;
}

/** When a field is shown, in the words of the editor; 'all' if it is always shown. */
function shownFor({ show = {}, hide = {} }: IDisplayOptions = {}): string {
	const shown = Object.entries(show).map(([name, values]) => condition(name, values ?? []));
	const hidden = Object.entries(hide).map(([name, values]) => condition(name, othersOf(name, values ?? [])));
	return [...shown, ...hidden].join('; ') || 'all';
}

function condition(path: string, values: unknown[]): string {
	const field = fieldOf(path);
	if (field.type === 'boolean') return `'${field.displayName}' ${values.includes(true) ? 'on' : 'off'}`;
	const names = ((field.options ?? []) as INodePropertyOptions[])
		.filter(({ value }) => values.includes(value))
		.map(({ name }) => name);
	return field.name === 'operation' ? names.join(', ') : `'${field.displayName}': ${names.join(', ')}`;
}

function othersOf(path: string, values: unknown[]): unknown[] {
	const field = fieldOf(path);
	const all =
		field.type === 'boolean'
			? [true, false]
			: ((field.options ?? []) as INodePropertyOptions[]).map(({ value }) => value);
	return all.filter((value) => !values.includes(value));
}

function fieldOf(path: string): INodeProperties {
	const name = path.replace(/^\/(options\.)?/, '');
	const field = fields.find((known) => known.name === name);
	if (!field) throw new Error(`A field depends on ${path}, which the node does not have`);
	return field;
}
