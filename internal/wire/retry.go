package wire

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// retryer is what the configuration says about repeats: AWS_RETRY_MODE and AWS_MAX_ATTEMPTS
// of an operator's environment are in it.
func retryer(cfg aws.Config) aws.Retryer {
	var r aws.Retryer = retry.NewStandard()
	switch {
	case cfg.Retryer != nil:
		r = cfg.Retryer()
	case cfg.RetryMode == aws.RetryModeAdaptive:
		r = retry.NewAdaptiveMode()
	}
	if cfg.RetryMaxAttempts != 0 {
		r = retry.AddWithMaxAttempts(r, cfg.RetryMaxAttempts)
	}
	return r
}
