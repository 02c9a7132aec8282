/** Actions on key pairs, and the key material. */
package io.nephele.apiserver.action.keypair;
