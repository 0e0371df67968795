// Command worker is a Lambda function that does what its event says.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type order struct {
	Do   string `json:"do"`
	Name string `json:"name"`
	Size int    `json:"size"`
}

func main() {
	if os.Getenv("DIE") != "" {
		fmt.Fprintln(os.Stderr, "no DATABASE is configured")
		os.Exit(3)
	}
	lambda.Start(work)
}

func work(ctx context.Context, o order) (any, error) {
	switch o.Do {
	case "slow":
		time.Sleep(time.Minute)
	case "wait":
		time.Sleep(time.Duration(o.Size) * time.Millisecond)
	case "crash":
		os.Exit(7)
	case "panic":
		panic("at the disco")
	case "error":
		return nil, errors.New("no luck")
	case "big":
		return strings.Repeat("x", o.Size), nil
	case "env":
		return os.Getenv(o.Name), nil
	case "print":
		fmt.Println("one\ntwo")
	}
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return map[string]any{
		"pid": os.Getpid(), "request": lc.AwsRequestID, "arn": lc.InvokedFunctionArn,
		"left": time.Until(deadline).Milliseconds(),
	}, nil
}
