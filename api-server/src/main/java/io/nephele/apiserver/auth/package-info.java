/** Who asks: signatures of AWS, verified against AccessKeys. */
package io.nephele.apiserver.auth;
