// Takes every target named on the command line from a TUF repository, with tuf-js: node take_all.js URL FOLDER NAME...
// FOLDER holds root.json, and takes what is downloaded.
const { Updater } = require("tuf-js");

async function main([url, folder, ...names]) {
  const updater = new Updater({
    metadataDir: folder,
    targetDir: folder,
    metadataBaseUrl: `${url}/tuf/metadata`,
    targetBaseUrl: `${url}/tuf/targets`,
  });
  await updater.refresh();
  for (const name of names) {
    await updater.downloadTarget(await updater.getTargetInfo(name));
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
