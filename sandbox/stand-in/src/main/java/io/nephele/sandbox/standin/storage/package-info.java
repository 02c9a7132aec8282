/** The contents of claims: disks in files, for guests that are real. */
package io.nephele.sandbox.standin.storage;
