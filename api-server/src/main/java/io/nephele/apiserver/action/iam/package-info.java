/** Actions of IAM: a user and his own access keys in the project of his credentials. */
package io.nephele.apiserver.action.iam;
