package doctor

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/smithy-go"
)

// deniedCodes are how the services say that the caller lacks a right.
var deniedCodes = []string{"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException", "UnauthorizedOperation"}

// prefixes are IAM's names of the services, by the SDK's; others are called as in IAM.
var prefixes = map[string]string{
	"CloudFormation": "cloudformation", "CloudWatch": "cloudwatch", "CloudWatch Logs": "logs", "DynamoDB": "dynamodb", "DynamoDB Streams": "dynamodb", "EventBridge": "events",
	"Lambda": "lambda", "SESv2": "ses", "SNS": "sns", "SQS": "sqs", "STS": "sts", "Secrets Manager": "secretsmanager",
}

// renamed are the rights whose name is not that of the call.
var renamed = map[string]string{"lambda:Invoke": "lambda:InvokeFunction"}

// unknown is the finding of a check that a call's error ended.
func unknown(check string, err error) Finding {
	if right := missing(err); right != "" {
		return Finding{check, Unknown, "denied: these credentials lack " + right, "allow " + right + ", then run payhooks doctor again"}
	}
	return Finding{check, Unknown, "not read: " + brief(err), "run payhooks doctor again"}
}

// missing is the right that the caller lacks; empty for any other error.
func missing(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) || !slices.Contains(deniedCodes, api.ErrorCode()) {
		return ""
	}
	if strings.Contains(api.ErrorMessage(), "KMS") {
		return "kms:Decrypt on the key of the secret"
	}
	var op *smithy.OperationError
	if !errors.As(err, &op) {
		return "a right that AWS does not name"
	}
	right := cmp.Or(prefixes[op.Service()], op.Service()) + ":" + op.Operation()
	if other, ok := renamed[right]; ok {
		return other
	}
	return right
}

// code is the service's code of the error; empty if no service answered.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// brief is the error without the SDK's words around it.
func brief(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return err.Error()
	}
	if api.ErrorMessage() == "" {
		return api.ErrorCode()
	}
	return api.ErrorCode() + ": " + api.ErrorMessage()
}

// says reports whether the service's message contains the words.
func says(err error, words string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.Contains(api.ErrorMessage(), words)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func count(n int, one, many string) string { return strconv.Itoa(n) + " " + plural(n, one, many) }
