import type {
	IAuthenticateGeneric,
	ICredentialTestRequest,
	ICredentialType,
	INodeProperties,
	Icon,
} from 'n8n-workflow';

import { KEY_EXPRESSION } from '../nodes/NanoBanana/credential';
import { BASE_URL_EXPRESSION } from '../nodes/NanoBanana/credential';

const MOVED =
	"The address leads elsewhere. Enter in 'Base URL' the address that it leads to, as a rule the one with https";

/** n8n's type knows lists of one kind of rule only; its tester takes both in one list. */
const RULES = [
	...[301, 302, 307, 308].map((value) => ({ type: 'responseCode', properties: { value, message: MOVED } })),
	{
		type: 'responseCode',
		properties: { value: 401, message: 'The gateway does not accept this API key. Paste it again, without spaces' },
	},
	{
		type: 'responseCode',
		properties: { value: 402, message: 'The key is right, but the account has no balance left' },
	},
	{
		type: 'responseCode',
		properties: {
			value: 403,
			message: 'The key is known but may not list models here. Check its rights and its expiry in the gateway console',
		},
	},
	{
		type: 'responseCode',
		properties: {
			value: 404,
			message:
				"No API was found at this address. Check 'Base URL': it is the address of the API, without the path of an endpoint",
		},
	},
	{
		type: 'responseCode',
		properties: { value: 405, message: "The address does not lead to the API. Check 'Base URL'" },
	},
	{
		type: 'responseCode',
		properties: { value: 429, message: 'The gateway takes no more requests at the moment. Try again in a minute' },
	},
	{
		type: 'responseSuccessBody',
		properties: {
			key: 'data',
			value: undefined,
			message:
				"A web page answered instead of the API. Check 'Base URL': it is the address of the API, not of the console",
		},
	},
] as ICredentialTestRequest['rules'];

/** Bearer key and address of one gateway account. The test lists the models, which costs nothing (vendor's models page). */
export class NanoBananaApi implements ICredentialType {
	name = 'nanoBananaApi';

	displayName = 'NanoBanana API';

	documentationUrl = 'https://github.com/n8n-nodes-nanobanana/n8n-nodes-nanobanana#credentials';

	icon: Icon = { light: 'file:../icons/nanobanana.svg', dark: 'file:../icons/nanobanana.dark.svg' };

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://api.example.com',
			description:
				'Address of the gateway that issued the key, as its console or documentation names it. With or without /v1 at the end.',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. sk-…',
			description:
				"Key of your account at the gateway. It is sent to the 'Base URL' only, never to the hosts that images are downloaded from.",
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: `=Bearer ${KEY_EXPRESSION}` } },
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: BASE_URL_EXPRESSION,
			url: '/v1/models',
			disableFollowRedirect: true,
		},
		rules: RULES,
	};
}
