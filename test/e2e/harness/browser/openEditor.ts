/* eslint-disable */
import { join } from 'node:path';
import { chromium, selectors, type Browser, type Page } from 'playwright-core';

import { outFolder } from '../run/paths';
import { programs, requireProgram } from '../processes/programs';
import { owner } from '../n8n/restSession';

/** Headless. Chromium only connects to 127.0.0.1. */
const flags = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-dev-shm-usage',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

export interface OpenBrowser {
	readonly page: Page;
	readonly close: () => Promise<void>;
}

/** Opens n8n's editor in Chromium and signs in through the form. */
export async function openEditor(url: string): Promise<OpenBrowser> {
	// Playwright's default is data-testid.
	selectors.setTestIdAttribute('data-test-id');
	const browser: Browser = await chromium.launch({ executablePath: requireProgram(programs.chromium), args: flags });
	const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, deviceScaleFactor: 2 });
	const page = await context.newPage();
	page.setDefaultTimeout(60_000);
	await page.goto(`${url}/signin`);
	await page.locator('input[name=emailOrLdapLoginId]').fill(owner.email);
	await page.locator('input[name=password]').fill(owner.password);
	await page.keyboard.press('Enter');
	await page.waitForURL((current) => !current.pathname.includes('signin'));
	return { page, close: async () => await browser.close() };
}

/** Runs the steps and saves a screenshot of the page if they fail. */
export async function withFailureScreenshot<T>(page: Page, name: string, steps: () => Promise<T>): Promise<T> {
	try {
		return await steps();
	} catch (error) {
		const file = join(outFolder, `${name}.png`);
		await page.screenshot({ path: file, timeout: 10_000 }).catch(() => undefined);
		throw error;
	}
}
