/** The AWS-compatible facade: EC2 and STS over the Kubernetes API, as the user who asks. Stateless: all it knows is in informer caches. */
package io.nephele.apiserver;
