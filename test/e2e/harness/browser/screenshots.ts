/* eslint-disable */
import 'jest-image-snapshot';
import { configureToMatchImageSnapshot } from 'jest-image-snapshot';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

import { outFolder, screenshotFolder } from '../run/paths';

/**
 * Chromium and its fonts differ a little from machine to machine. What is written on the page is
 * compared exactly, so the pixels only have to tell that it still looks like this.
 */
const TOLERATED_SHARE = 0.03;

/** Rounded corners would show what is behind the panel. */
const BORDER = 3;

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

/** The most that a picture shows of its panel, in pixels from the upper left corner of it: the README has two beside each other. */
export interface Size {
	readonly width: number;
	readonly height: number;
}

/** The README's picture of this name still shows this panel, and the words of it are the same to the letter. With jest's `-u` both are made anew. */
export async function expectReadmePicture(page: Page, name: string, panel: Locator, size: Size): Promise<void> {
	await closeMessages(page);
	const picture = await page.screenshot({ animations: 'disabled', caret: 'hide', clip: await clipOf(panel, size) });
	expect(withoutChance(await panel.ariaSnapshot())).toMatchSnapshot(name);
	expect(picture).toMatchImageSnapshot({ customSnapshotIdentifier: () => name });
}

async function clipOf(panel: Locator, size: Size): Promise<Size & { x: number; y: number }> {
	const box = await panel.boundingBox();
	if (box === null) throw new Error('The panel is not on the page');
	const [x, y] = [Math.ceil(box.x) + BORDER, Math.ceil(box.y) + BORDER];
	const right = Math.floor(box.x + box.width) - BORDER;
	const bottom = Math.floor(box.y + box.height) - BORDER;
	return { x, y, width: Math.min(size.width, right - x), height: Math.min(size.height, bottom - y) };
}

/** The messages that pop up in the corner go by themselves at some time. */
async function closeMessages(page: Page): Promise<void> {
	for (const message of await page.locator('.el-notification__closeBtn').all())
		await message.click({ timeout: 1_000 }).catch(() => undefined);
	await page
		.locator('.el-notification')
		.first()
		.waitFor({ state: 'detached', timeout: 5_000 })
		.catch(() => undefined);
}

/** The sandbox's port, the IDs of its tasks and the signed addresses of its files are others in each run. */
function withoutChance(words: string): string {
	return words
		.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
		.replace(/\btask_\w+/g, '<task>')
		.replace(/\/r\/\w+\.(\w+)\?expires=\d+&signature=\w+/g, '/r/<file>.$1?<signature>');
}
