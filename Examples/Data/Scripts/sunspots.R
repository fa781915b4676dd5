# Makes sunspots.csv of the series `sunspots` in R's package datasets.
#
#     apt-get install r-base-core
#     Rscript sunspots.R > ../sunspots.csv

cat("year,month,sunspots\n")
cat(sprintf("%d,%d,%g\n", as.integer(floor(time(sunspots) + 0.01)), as.integer(cycle(sunspots)), sunspots), sep = "")
