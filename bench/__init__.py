"""Speed and memory as ratios against a floor that runs in the same process or round."""
