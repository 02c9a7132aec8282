/** Actions of STS: who asks, and temporary credentials. */
package io.nephele.apiserver.action.sts;
