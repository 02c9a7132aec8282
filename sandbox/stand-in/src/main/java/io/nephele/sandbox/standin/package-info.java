/**
 * A double of the systems that need a rack of machines: KubeVirt, CDI and the nodes. It does what recordings of the real ones show, holds no logic of Nephele, and
 * nothing but the sandbox knows of it.
 */
package io.nephele.sandbox.standin;
