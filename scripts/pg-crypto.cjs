// In the place of pg's lib/crypto/utils.js, which has WebCrypto for the same: Node loads a good deal for it.
const { createHash, createHmac, pbkdf2, randomBytes } = require("node:crypto");
const { promisify } = require("node:util");

function digest(name, data) {
  return createHash(name).update(data).digest();
}

function md5(data) {
  return digest("md5", data).toString("hex");
}

function postgresMd5PasswordHash(user, password, salt) {
  return `md5${md5(Buffer.concat([Buffer.from(md5(password + user)), salt]))}`;
}

module.exports = {
  randomBytes,
  md5,
  postgresMd5PasswordHash,
  sha256: (data) => digest("sha256", data),
  /** WebCrypto's names: "SHA-256". */
  hashByName: (name, data) => digest(name, data),
  hmacSha256: (key, data) => createHmac("sha256", key).update(data).digest(),
  deriveKey: (password, salt, iterations) => promisify(pbkdf2)(password, salt, iterations, 32, "sha256"),
};
