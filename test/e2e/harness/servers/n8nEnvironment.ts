/* eslint-disable */
import { join } from 'node:path';

import { packageFolder, type N8nLine } from '../run/paths';

/** Turns off everything that n8n loads from or sends to other hosts. This also makes SIGTERM quick. */
const quiet: Record<string, string> = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_AI_ENABLED: 'false',
	N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'false',
	GENERIC_TIMEZONE: 'UTC',
	NO_COLOR: '1',
};

const local: Record<string, string> = {
	N8N_LISTEN_ADDRESS: '127.0.0.1',
	N8N_HOST: '127.0.0.1',
	N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
	N8N_SECURE_COOKIE: 'false',
	N8N_ENCRYPTION_KEY: 'end-to-end-tests-only',
};

/** n8n 1 does not start with module names that it does not know. */
const disabledModules: Record<N8nLine, string> = {
	'2': [
		'insights',
		'external-secrets',
		'source-control',
		'chat-hub',
		'instance-ai',
		'mcp-registry',
		'workflow-builder',
		'sso-oidc',
		'sso-saml',
		'ldap',
		'log-streaming',
		'quick-connect',
		'otel',
		'breaking-changes',
		'instance-version-history',
	].join(','),
	'1': 'insights',
};

/** The environment of one n8n process. Only PATH comes from the environment of the tests. */
export function n8nEnvironment(
	line: N8nLine,
	userFolder: string,
	brokerPort: number,
	more: Record<string, string> = {},
): Record<string, string> {
	return {
		PATH: process.env.PATH ?? '/usr/bin:/bin',
		HOME: userFolder,
		...quiet,
		...local,
		N8N_DISABLED_MODULES: disabledModules[line],
		N8N_USER_FOLDER: userFolder,
		// No workflow here contains a Code node, so n8n does not need to start a task runner.
		N8N_RUNNERS_MODE: 'external',
		N8N_RUNNERS_AUTH_TOKEN: 'end-to-end-tests-only',
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		// Cache of compiled code: later starts take 3.5 s instead of 4.4 s.
		NODE_COMPILE_CACHE: join(packageFolder(line), 'node_modules', '.cache', 'compiled'),
		...more,
	};
}
