/** The wire: query parameters into the AWS SDK's request classes, its response classes into XML, errors as AWS sends them. Knows nothing of Kubernetes. */
package io.nephele.apiserver.protocol;
