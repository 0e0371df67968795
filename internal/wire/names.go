package wire

import "cmp"

// names are what the SDK calls the services in its errors, which people and code read.
var names = map[string]string{
	"cloudformation": "CloudFormation", "dynamodb": "DynamoDB", "events": "EventBridge", "lambda": "Lambda", "logs": "CloudWatch Logs",
	"monitoring": "CloudWatch", "secretsmanager": "Secrets Manager", "ses": "SESv2", "sns": "SNS", "sqs": "SQS",
	"streams.dynamodb": "DynamoDB Streams", "sts": "STS",
}

// name is the service's in errors.
func (c *Client) name() string { return cmp.Or(names[c.Service], c.Service) }

// signatures are the services whose signatures have another name than their hosts.
var signatures = map[string]string{"streams.dynamodb": "dynamodb"}

// signs is the service's name in signatures.
func (c *Client) signs() string { return cmp.Or(signatures[c.Service], c.Service) }
