/* eslint-disable */
import 'jest-image-snapshot';
import { configureToMatchImageSnapshot } from 'jest-image-snapshot';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

import { outFolder, screenshotFolder } from './paths';

/**
 * Chromium and its fonts differ a little from machine to machine. What is written on the page is
 * compared exactly, so the pixels only have to tell that it still looks like this.
 */
const TOLERATED_SHARE = 0.03;

expect.extend({
	toMatchImageSnapshot: configureToMatchImageSnapshot({
		customSnapshotsDir: screenshotFolder,
		customDiffDir: join(outFolder, 'differences'),
		failureThreshold: TOLERATED_SHARE,
		failureThresholdType: 'percent',
		// A changed word is less than the tolerated share, and has to be in the new picture all the same.
		updatePassedSnapshot: true,
	}),
});

/** The README's picture of this name still shows the page, word for word in these parts of it. With jest's `-u` it is made anew. */
export async function expectReadmePicture(page: Page, name: string, ...parts: Locator[]): Promise<void> {
	await closeMessages(page);
	const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
	for (const part of parts) expect(withoutChance(await part.ariaSnapshot())).toMatchSnapshot(name);
	expect(picture).toMatchImageSnapshot({ customSnapshotIdentifier: () => name });
}

/** The messages that pop up in the corner go by themselves at some time. */
async function closeMessages(page: Page): Promise<void> {
	for (const message of await page.locator('.el-notification__closeBtn').all()) await message.click({ timeout: 1_000 }).catch(() => undefined);
	await page.locator('.el-notification').first().waitFor({ state: 'detached', timeout: 5_000 }).catch(() => undefined);
}

/** The sandbox's port and the IDs of its tasks are others in each run. */
function withoutChance(words: string): string {
	return words.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>').replace(/\btask_\w+/g, '<task>');
}
