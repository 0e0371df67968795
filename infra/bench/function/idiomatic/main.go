// Command idiomatic is what a team would write instead of functions/ingest: stripe-go
// verifies and parses, the SDK's clients with their defaults put the event once. Its secret
// is in the environment, or with SECRET=manager in Secrets Manager. It is measured beside
// ours; it keeps none of the promises but the first two.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stripe/stripe-go/v76/webhook"
)

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	secret := os.Getenv("SECRET")
	if secret == "manager" {
		out, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(os.Getenv("STACK") + "/webhooks/default")})
		if err != nil {
			panic(err)
		}
		secret = *out.SecretString
	}
	db, log := dynamodb.NewFromConfig(cfg), slog.New(slog.NewJSONHandler(os.Stdout, nil))
	lambda.Start(func(ctx context.Context, req events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		return handle(ctx, db, log, secret, req)
	})
}

func handle(ctx context.Context, db *dynamodb.Client, log *slog.Logger, secret string, req events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	body := []byte(req.Body)
	if req.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(req.Body); err != nil {
			return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadRequest}, nil
		}
	}
	event, err := webhook.ConstructEventWithOptions(body, req.Headers["stripe-signature"], secret, webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true})
	if err != nil {
		log.Warn("refused", "error", err)
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadRequest}, nil
	}
	_, err = db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(os.Getenv("STACK") + "-events"), ConditionExpression: aws.String("attribute_not_exists(id)"),
		Item: map[string]types.AttributeValue{
			"id": &types.AttributeValueMemberS{Value: event.ID}, "type": &types.AttributeValueMemberS{Value: string(event.Type)},
			"body": &types.AttributeValueMemberB{Value: body}, "received": &types.AttributeValueMemberS{Value: time.Now().UTC().Format(time.RFC3339Nano)},
		},
	})
	var twice *types.ConditionalCheckFailedException
	if err != nil && !errors.As(err, &twice) {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	log.Info("stored", "event", event.ID, "type", event.Type)
	answer, err := json.Marshal(map[string]string{"status": "stored"})
	return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK, Body: string(answer)}, err
}
