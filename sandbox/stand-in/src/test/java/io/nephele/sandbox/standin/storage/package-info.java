/** Tests of the files that hold the contents of claims. */
package io.nephele.sandbox.standin.storage;
