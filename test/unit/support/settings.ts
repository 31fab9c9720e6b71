/* eslint-disable */
import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import { readSettings, type Settings } from '../../../nodes/NanoBanana/parameters/settings';

/** The settings of a node with these parameters, as the node reads them. */
export function settingsOf(parameters: IDataObject = {}): Settings {
	const getNodeParameter = (name: string, fallback: unknown): unknown => parameters[name] ?? fallback;
	return readSettings({ getNodeParameter, getNode: () => ({ parameters }) } as unknown as IExecutePaginationFunctions);
}
