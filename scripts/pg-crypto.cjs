// Replaces pg's own lib/crypto/utils.js in the bundle, with the functions that pg uses of it.
const { createHash, createHmac, pbkdf2, randomBytes } = require("node:crypto");
const { promisify } = require("node:util");

const md5 = (text) => createHash("md5").update(text).digest("hex");

const digest = (name, bytes) => createHash(name).update(bytes).digest();

module.exports = {
  randomBytes,
  md5,
  postgresMd5PasswordHash: (user, password, salt) =>
    `md5${md5(Buffer.concat([Buffer.from(md5(password + user)), salt]))}`,
  sha256: (bytes) => digest("sha256", bytes),
  /** `name` is written as in certificates: SHA-256. */
  hashByName: (name, bytes) => digest(name.replace("-", ""), bytes),
  hmacSha256: (key, text) => createHmac("sha256", key).update(text).digest(),
  deriveKey: (password, salt, iterations) => promisify(pbkdf2)(password, salt, iterations, 32, "sha256"),
};
