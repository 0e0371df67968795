package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	bus "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	ses "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	topics "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	queues "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// queue is the URL of a queue of the stack. Only its end counts.
func (t thief) queue(name string) *string {
	return aws.String(aws.ToString(t.aws.BaseEndpoint) + "/" + t.account + "/" + t.stack + "-" + name)
}

func (t thief) attributes(ctx context.Context, queue string) error {
	_, err := sqs.NewFromConfig(t.aws).GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: t.queue(queue)})
	return err
}

func (t thief) receive(ctx context.Context, queue string) error {
	_, err := sqs.NewFromConfig(t.aws).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: t.queue(queue)})
	return err
}

func (t thief) send(ctx context.Context, queue string) error {
	_, err := sqs.NewFromConfig(t.aws).SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: t.queue(queue), MessageBody: aws.String("{}")})
	return err
}

// onQueues are the probes of messages.
var onQueues = []probe{
	{"look at its queue", func(ctx context.Context, t thief) error { return t.attributes(ctx, t.self) }},
	{"send to its queue", func(ctx context.Context, t thief) error { return t.send(ctx, t.self) }},
	{"receive its dead letters", func(ctx context.Context, t thief) error { return t.receive(ctx, t.self+"-dead") }},
	{"look at another's queue", func(ctx context.Context, t thief) error { return t.attributes(ctx, t.victim) }},
	{"receive another's messages", func(ctx context.Context, t thief) error { return t.receive(ctx, t.victim) }},
	{"send to another's queue", func(ctx context.Context, t thief) error { return t.send(ctx, t.victim) }},
	{"send a batch to another's queue", func(ctx context.Context, t thief) error {
		_, err := sqs.NewFromConfig(t.aws).SendMessageBatch(ctx, &sqs.SendMessageBatchInput{
			QueueUrl: t.queue(t.victim), Entries: []queues.SendMessageBatchRequestEntry{{Id: aws.String("a"), MessageBody: aws.String("{}")}},
		})
		return err
	}},
	{"delete another's message", func(ctx context.Context, t thief) error {
		_, err := sqs.NewFromConfig(t.aws).DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: t.queue(t.victim), ReceiptHandle: aws.String("x")})
		return err
	}},
	{"hide another's message", func(ctx context.Context, t thief) error {
		_, err := sqs.NewFromConfig(t.aws).ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: t.queue(t.victim), ReceiptHandle: aws.String("x"), VisibilityTimeout: 43200})
		return err
	}},
	{"purge another's queue", func(ctx context.Context, t thief) error {
		_, err := sqs.NewFromConfig(t.aws).PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: t.queue(t.victim)})
		return err
	}},
}

func (t thief) putEvent(ctx context.Context, name *string) error {
	_, err := eventbridge.NewFromConfig(t.aws).PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []bus.PutEventsRequestEntry{{
		EventBusName: name, Source: aws.String("payhooks"), DetailType: aws.String("nobody.subscribes"), Detail: aws.String(`{"only":"nobody"}`),
	}}})
	return err
}

func (t thief) topicARN(name string) *string {
	return aws.String("arn:aws:sns:us-east-1:" + t.account + ":" + t.stack + "-" + name)
}

func (t thief) publish(ctx context.Context, in *sns.PublishInput) error {
	in.Message = aws.String("forged")
	_, err := sns.NewFromConfig(t.aws).Publish(ctx, in)
	return err
}

// onTopics are the probes of the bus, topics and phones.
var onTopics = []probe{
	{"put an event on the bus", func(ctx context.Context, t thief) error { return t.putEvent(ctx, &t.stack) }},
	{"put an event on the account's bus", func(ctx context.Context, t thief) error { return t.putEvent(ctx, nil) }},
	{"list the rules", func(ctx context.Context, t thief) error {
		_, err := eventbridge.NewFromConfig(t.aws).ListRules(ctx, &eventbridge.ListRulesInput{EventBusName: &t.stack})
		return err
	}},
	{"disable another's rule", func(ctx context.Context, t thief) error {
		_, err := eventbridge.NewFromConfig(t.aws).DisableRule(ctx, &eventbridge.DisableRuleInput{EventBusName: &t.stack, Name: &t.victim})
		return err
	}},
	{"publish a notice", func(ctx context.Context, t thief) error {
		return t.publish(ctx, &sns.PublishInput{TopicArn: t.topicARN("notices")})
	}},
	{"publish an alarm", func(ctx context.Context, t thief) error {
		return t.publish(ctx, &sns.PublishInput{TopicArn: t.topicARN("alarms")})
	}},
	{"publish an alarm as a target", func(ctx context.Context, t thief) error {
		return t.publish(ctx, &sns.PublishInput{TargetArn: t.topicARN("alarms")})
	}},
	{"publish alarms in a batch", func(ctx context.Context, t thief) error {
		_, err := sns.NewFromConfig(t.aws).PublishBatch(ctx, &sns.PublishBatchInput{
			TopicArn: t.topicARN("alarms"), PublishBatchRequestEntries: []topics.PublishBatchRequestEntry{{Id: aws.String("a"), Message: aws.String("a")}},
		})
		return err
	}},
	{"subscribe to the alarms", func(ctx context.Context, t thief) error {
		_, err := sns.NewFromConfig(t.aws).Subscribe(ctx, &sns.SubscribeInput{TopicArn: t.topicARN("alarms"), Protocol: aws.String("email"), Endpoint: aws.String("x@example.net")})
		return err
	}},
	{textAPhone, func(ctx context.Context, t thief) error {
		return t.publish(ctx, &sns.PublishInput{PhoneNumber: aws.String("+15005550006")})
	}},
}

func (t thief) secret(ctx context.Context, name string) error {
	name = t.stack + "/" + name
	_, err := secretsmanager.NewFromConfig(t.aws).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	return err
}

// onOthers are the probes of secrets, functions and roles.
var onOthers = []probe{
	{"read Stripe's API key", func(ctx context.Context, t thief) error { return t.secret(ctx, "stripe") }},
	{"read a signing secret", func(ctx context.Context, t thief) error { return t.secret(ctx, "webhooks/default") }},
	{"read Slack's webhook", func(ctx context.Context, t thief) error { return t.secret(ctx, "slack") }},
	{"set Stripe's API key", func(ctx context.Context, t thief) error {
		name := t.stack + "/stripe"
		_, err := secretsmanager.NewFromConfig(t.aws).PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: aws.String("rk_forged")})
		return err
	}},
	{"list the secrets", func(ctx context.Context, t thief) error {
		_, err := secretsmanager.NewFromConfig(t.aws).ListSecrets(ctx, &secretsmanager.ListSecretsInput{})
		return err
	}},
	{"invoke another function", func(ctx context.Context, t thief) error {
		_, err := lambda.NewFromConfig(t.aws).Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(t.stack + "-Reconcile")})
		return err
	}},
	{"change a function's code", func(ctx context.Context, t thief) error {
		_, err := lambda.NewFromConfig(t.aws).UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: aws.String(t.stack + "-Reconcile"), ZipFile: []byte("x")})
		return err
	}},
	{"list what is polled", func(ctx context.Context, t thief) error {
		_, err := lambda.NewFromConfig(t.aws).ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{})
		return err
	}},
	{"assume another's role", func(ctx context.Context, t thief) error {
		_, err := sts.NewFromConfig(t.aws).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + t.account + ":role/" + t.stack + "-" + t.victim), RoleSessionName: aws.String("x")})
		return err
	}},
}

func (t thief) mail(ctx context.Context, from string, edit ...func(*sesv2.SendEmailInput)) error {
	data := func(s string) *ses.Content { return &ses.Content{Data: &s} }
	in := &sesv2.SendEmailInput{
		FromEmailAddress: &from, Destination: &ses.Destination{ToAddresses: []string{"ada@example.net"}},
		Content: &ses.EmailContent{Simple: &ses.Message{Subject: data("Receipt"), Body: &ses.Body{Text: data("Paid")}}},
	}
	for _, e := range edit {
		e(in)
	}
	_, err := sesv2.NewFromConfig(t.aws).SendEmail(ctx, in)
	return err
}

func raw(text string) func(*sesv2.SendEmailInput) {
	return func(in *sesv2.SendEmailInput) {
		in.Content = &ses.EmailContent{Raw: &ses.RawMessage{Data: []byte(text)}}
	}
}

// onMails are the probes of mails.
var onMails = []probe{
	{"send a mail as the shop", func(ctx context.Context, t thief) error { return t.mail(ctx, "shop@example.com") }},
	{"send a mail as the shop, under a name", func(ctx context.Context, t thief) error { return t.mail(ctx, `"Other, Ltd" <shop@example.com>`) }},
	{"send a mail as the shop, answers elsewhere", func(ctx context.Context, t thief) error {
		return t.mail(ctx, "shop@example.com", func(in *sesv2.SendEmailInput) { in.ReplyToAddresses = []string{"thief@example.net"} })
	}},
	{"send a mail from another address of the domain", func(ctx context.Context, t thief) error { return t.mail(ctx, "boss@example.com") }},
	{"send a mail from the shop's address as a name", func(ctx context.Context, t thief) error { return t.mail(ctx, `"shop@example.com" <boss@example.com>`) }},
	{"send a mail from the address in capitals", func(ctx context.Context, t thief) error { return t.mail(ctx, "SHOP@example.com") }},
	{"send a mail from a tagged address", func(ctx context.Context, t thief) error { return t.mail(ctx, "shop+x@example.com") }},
	{"send a mail from a subdomain", func(ctx context.Context, t thief) error { return t.mail(ctx, "shop@mail.example.com") }},
	{"send a mail from another domain", func(ctx context.Context, t thief) error { return t.mail(ctx, "shop@example.net") }},
	{"send a mail from two addresses", func(ctx context.Context, t thief) error { return t.mail(ctx, "shop@example.com, boss@example.com") }},
	{"send raw content from another address", func(ctx context.Context, t thief) error {
		return t.mail(ctx, "boss@example.com", raw("From: boss@example.com\r\n\r\nPay here\r\n"))
	}},
	{"send raw content whose header has another address", func(ctx context.Context, t thief) error {
		return t.mail(ctx, "shop@example.com", raw("From: boss@example.com\r\n\r\nPay here\r\n"))
	}},
	{"send a template", func(ctx context.Context, t thief) error {
		return t.mail(ctx, "shop@example.com", func(in *sesv2.SendEmailInput) {
			in.Content = &ses.EmailContent{Template: &ses.Template{TemplateName: aws.String("x"), TemplateData: aws.String("{}")}}
		})
	}},
	{"send mails in bulk", func(ctx context.Context, t thief) error {
		_, err := sesv2.NewFromConfig(t.aws).SendBulkEmail(ctx, &sesv2.SendBulkEmailInput{
			FromEmailAddress: aws.String("boss@example.com"), BulkEmailEntries: []ses.BulkEmailEntry{{Destination: &ses.Destination{ToAddresses: []string{"ada@example.net"}}}},
			DefaultContent: &ses.BulkEmailContent{Template: &ses.Template{TemplateName: aws.String("x"), TemplateData: aws.String("{}")}},
		})
		return err
	}},
	{"verify another address", func(ctx context.Context, t thief) error {
		_, err := sesv2.NewFromConfig(t.aws).CreateEmailIdentity(ctx, &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String("thief@example.net")})
		return err
	}},
}
