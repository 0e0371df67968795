package wire

// names are what the SDK calls the services in its errors, which people and code read.
var names = map[string]string{
	"cloudformation": "CloudFormation", "dynamodb": "DynamoDB", "events": "EventBridge", "logs": "CloudWatch Logs",
	"secretsmanager": "Secrets Manager", "ses": "SESv2", "sns": "SNS", "sqs": "SQS",
}

// name is the service's in errors.
func (c *Client) name() string {
	if name := names[c.Service]; name != "" {
		return name
	}
	return c.Service
}
